"""Who leads (指挥组织): templates of typed slots, a leading group's versions as of a day, and delegation."""
