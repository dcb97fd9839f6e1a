"""The offline composer: answers every step, chat turn and judgement by rule, with no network and no model.

One module of the product imports it, `fourfold.models.offline`. It reads what any provider is sent: the blocks of a
question, or the system prompt and the messages of a chat.
"""
