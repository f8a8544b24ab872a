"""What is asked, what it means, what is advised. Pure: no clock, no database, no Flask."""
