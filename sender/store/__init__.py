"""Everything that is remembered: tables, queries and migrations. The only place that runs SQL."""
