"""Bad days: the bad thing is done for real, and the service is looked at during it and afterwards."""
