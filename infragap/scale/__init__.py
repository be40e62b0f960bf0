"""Many packs under many scenarios, in this process or on a cluster, so that a stopped run goes on where it stopped."""
