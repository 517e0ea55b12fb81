"""The pages in a real browser, on the running product (浏览器测试)."""
