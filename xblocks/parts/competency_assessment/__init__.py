"""The parts of the block ``competency_assessment``, in the order in which a request meets them.

- ``olx``, ``content``, ``studio``: what the author wrote is read, put together, edited.
- ``state``, ``migrations``, ``history``: what is kept of a learner: the current attempt, and those handed in.
- ``requests``, ``timing``: what a client asks for, and what of its clock is believed.
- ``forms``, ``adaptive``: which items an attempt has.
- ``situation``: content, attempt and time at the moment of a request. ``flow`` and ``sitting`` decide what
  may be done then, and what the situation is afterwards; they touch no field and no host.
- ``supplies``, ``measuring``, ``recording``: what is read from the records app, and what is kept there and
  told to the tracker and to other services.
- ``findings``, ``results``, ``reports``: what an attempt says, as levels, points and the instructor's table.
- ``facts``, ``presenters``, ``item_views``, ``level_views``, ``views``, ``staff``: pages as values for the
  templates, built up from what may be seen.
"""
