"""Recipe scaling: enough for everybody, in amounts that can be measured."""
