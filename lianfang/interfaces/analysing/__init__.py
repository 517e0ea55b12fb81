"""The methods of analysis offered to people who only want the method (分析方法): a file in, rows and a picture out."""
