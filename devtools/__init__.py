"""What `./dev` is made of. Plain Python, no packages needed."""
