"""x"""
def play(): return 0
