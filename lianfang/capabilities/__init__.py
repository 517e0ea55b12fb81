"""What institutions do (业务能力): each a few thin files on the kernel's mechanisms; none imports another."""
