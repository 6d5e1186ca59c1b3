"""Where it comes from: nodes, calendars, lanes, and what a day can take."""
