namespace Reuseportd.Hosting;

/// <summary><c>reuseportd --check</c>.</summary>
internal static class ConfigurationCheck
{
    /// <returns>0 where the configuration could be run, else 1; every error and warning is on stderr.</returns>
    public static int Run(DaemonArguments arguments)
    {
        var path = ConfigurationSource.PathOf(arguments, Environment.GetEnvironmentVariable);
        var result = ConfigurationSource.Load(path, controllers: null);
        foreach (var warning in result.Warnings) Console.Error.WriteLine(warning);
        foreach (var error in result.Errors) Console.Error.WriteLine(error);
        if (result.Fleet is not { } fleet) return ExitCode.Invalid;
        Console.WriteLine($"{path}: {Count(fleet.Services.Count, "service")}, {Count(fleet.Services.Sum(service => service.Workers), "worker")}, no errors");
        return ExitCode.Ok;

        static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
    }
}
