// Hangfire writes to the log of whichever host in the process came last: one host at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
