"""What may be kept in Redis, or in Valkey, instead of the database: how often somebody has tried.

`redis_budgets(address)` gives the adapter. Any server from Redis 6.2 on will do.
"""

from auth_adapters.extras import needs

with needs("redis", "redis"):
    from auth_adapters.redis.throttling import RedisBudgets, redis_budgets

__all__ = ["RedisBudgets", "redis_budgets"]
