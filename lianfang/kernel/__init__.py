"""The mechanisms that every capability is built of (机制): they own tables and know no capability."""
