"""The worker (后台进程): one process beside the web door that opens days, reminds, escalates and lets things follow."""
