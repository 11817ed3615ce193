"""Who gets what and when, and the proof of it: subscribers, the ledger of deliveries, mailers, web pages."""
