"""How good the suggested concepts are: each form left out in turn, and forms never seen."""
