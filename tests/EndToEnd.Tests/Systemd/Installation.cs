using Reuseportd.EndToEnd.Tests.Harness;

namespace Reuseportd.EndToEnd.Tests.Systemd;

/// <summary><c>make install</c> and <c>make uninstall</c>.</summary>
internal static class Installation
{
    /// <summary>Where the build has left what is installed.</summary>
    public static string Out { get; } = Path.GetDirectoryName(Path.GetDirectoryName(Artifacts.Daemon)!)!;

    /// <summary>The folder above it that has the makefile.</summary>
    public static string Repository { get; } = FindRepository();

    /// <param name="arguments">Target and variables.</param>
    public static async Task MakeAsync(params string[] arguments)
    {
        var made = await Command.RunAsync("make", ["--silent", "--directory", Repository, $"OUT={Out}", .. arguments]);
        Assert.True(made.Code == 0, made.Error);
    }

    private static string FindRepository()
    {
        for (var folder = Path.GetDirectoryName(Out); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(Path.Combine(folder, "deploy/systemd"))) return folder;
        throw new InvalidOperationException($"no deploy/systemd beside or above {Out}");
    }
}
