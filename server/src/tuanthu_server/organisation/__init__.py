"""What people do to the register: units renamed, moved, merged, closed; machines told apart, joined, retired."""
