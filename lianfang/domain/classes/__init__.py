"""Classes under control measures (开班管理): rooms, seats, sittings and states, as pure rules."""
