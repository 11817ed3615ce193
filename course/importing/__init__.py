"""Documents (talks, articles, answers, guides) → source notes that lessons can cite."""
