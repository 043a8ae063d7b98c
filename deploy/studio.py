"""The graphs as LangGraph's own tools load them, to be looked at.

What a run needs besides the graph, its Desk, only the service puts together. It holds objects that no JSON schema can
describe, so the tools are told of no context.
"""

from graphs.combat import combat as compiled

combat = compiled()
combat.context_schema = None
