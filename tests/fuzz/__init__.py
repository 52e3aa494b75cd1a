"""Whatever can be sent is sent: `make fuzz`, whose short form CI runs. `make test` leaves this folder out."""
