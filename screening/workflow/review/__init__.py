"""What a doctor does: the queue, the review, the decision."""
