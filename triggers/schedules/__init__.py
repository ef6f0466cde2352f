"""What a schedule is made of: cron expressions in time zones, intervals, single moments."""
