"""One line of migrations, run by `matching.store.migrating`."""
