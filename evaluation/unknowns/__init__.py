"""What not knowing costs: who is left out or listed wrongly as facts are hidden, by our rule and by three habits."""
