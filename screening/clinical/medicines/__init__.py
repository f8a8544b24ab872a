"""What the medicines that a patient named say: the record, the questions that follow."""
