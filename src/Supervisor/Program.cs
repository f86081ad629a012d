using Reuseportd.Hosting;

return await CommandLine.RunAsync(args, DaemonHost.RunAsync, ConfigurationCheck.Run);
