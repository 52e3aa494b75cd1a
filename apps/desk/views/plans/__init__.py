"""Pages of training plans for district and city: register, review and recheck, consolidation."""
