"""imagexplorer: a desktop explorer for container images and containers.

The map of the house, and which way imports run:

    core       plain Python; frozen records and pure functions (NumPy inside functions); no I/O, no Qt, no docker
    sources    bytes and HTTP in, core records out: archive, OCI layout, engine; no Qt
    indexing   layer indexes and trees on disk, and the separate process that makes them
    output     what is written for the user
    session    what is open now; the one door for refresh          jobs      background work for the window
    models     Qt item models, no widgets                          actions   every action once, with why not
    views      widgets, one file a page or dialog                  app, cli  the two composition roots
    settings, resources, logs   plain, used by all above core

    core <- sources <- indexing <- session <- actions <- views <- app        core <- models <- views
    core <- jobs <- session        resources <- models, views                core, sources, indexing <- output <- session, cli

Data flows one way. look: selection -> session.load -> worker -> records -> model -> view.
act: action -> prompt -> jobs.perform -> Touched -> session.refresh. outside: engine events -> Touched -> session.refresh.
headless: cli -> the same sources, indexing and core -> JSON or text.
"""

__version__ = "0.1.0"
