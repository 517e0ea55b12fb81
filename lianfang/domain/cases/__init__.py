"""Cases and contacts (病例与密接): classification, exposure, contact tracing, chains of transmission."""
