// Start-up of the runtime alone.
