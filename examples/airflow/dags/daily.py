from lib.clock import today

print("daily", today())
