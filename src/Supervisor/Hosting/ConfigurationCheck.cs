namespace Reuseportd.Hosting;

/// <summary><c>reuseportd --check</c>.</summary>
internal static class ConfigurationCheck
{
    /// <returns>0 for a valid configuration, else 1. Errors and warnings go to stderr.</returns>
    public static int Run(DaemonArguments arguments)
    {
        var path = ConfigurationSource.PathOf(arguments, Environment.GetEnvironmentVariable);
        var result = ConfigurationSource.Load(path, controllers: null);
        foreach (var warning in result.Warnings) Console.Error.WriteLine(warning);
        foreach (var error in result.Errors) Console.Error.WriteLine(error);
        if (result.Fleet is not { } fleet) return ExitCode.Invalid;
        if (PublicPort.ObstacleOf(fleet.Daemon.Listen) is { } obstacle)
        {
            Console.Error.WriteLine(obstacle);
            return ExitCode.Invalid;
        }

        if (PublicPort.OpenTokenOf(fleet.Daemon.Listen) is { } open)
            Console.Error.WriteLine($"listen_token_file: each user of this host can read {open}: chmod o-r");
        var workers = fleet.Services.Sum(service => service.Workers);
        Console.WriteLine($"{path}: {Count(fleet.Services.Count, "service")}, {Count(workers, "worker")}, no errors");
        return ExitCode.Ok;

        static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
    }
}
