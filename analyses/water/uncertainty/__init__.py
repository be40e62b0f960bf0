"""How sure the plan is: draws over positions, yields, demand, cost and class, each planned anew."""
