"""What pixels say: berth states, ships along a quay, ships on open water, aprons that changed."""
