"""The connection to PostgreSQL (数据库连接), which never works with more rights than it was given."""
