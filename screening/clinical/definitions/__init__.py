"""What the lists say: questions, findings, contraindications, medicines, policies."""
