"""imagexplorer: a desktop explorer for container images and containers.

The map of the house:

    core       frozen records and pure functions (NumPy inside functions); no I/O, no Qt, no docker
    sources    bytes and HTTP in, core records out: archives, layouts, engines; no Qt
    indexing   layer indexes and trees on disk, and the worker process that makes them; its client
    output     what is written for the user: documents and text of the command line; no Qt
    jobs       background work for the window
    session    what is open now; the one door for refresh
    models     Qt item models, no widgets
    actions    everything the user can do, once each: rules, catalogue, registry
    views      widgets, one file a page or dialog
    app, cli   the two composition roots; app is the only file that knows every room
    resources, settings, logs, qt_guard    plain; used by all that may

Which way imports run (tests/test_imports.py holds the table and enforces it; chains are not transitive):

    core <- sources <- indexing <- session <- actions <- views <- app
    core <- models <- views        core <- jobs <- session        resources <- models, views
    core, sources, indexing <- output <- session, cli             settings, logs <- all above core

Data flows one way:

    look       selection -> session.load -> worker process -> records -> model -> view
    act        action -> prompt -> jobs.perform -> Touched -> session.refresh
    outside    engine events -> Touched -> session.refresh
    headless   cli -> output -> the same sources, indexing and core -> JSON or text
"""

__version__ = "0.1.0"
