using Reuseportd.Api.Http;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Hosting;

/// <summary>The configuration on disk, for requests that do not apply it. Unchanged files are not read again.</summary>
internal sealed class ConfigurationState(InitialFleet initial, TimeProvider time)
{
    /// <summary>An error may be about another file, user or group, whose change the stamps do not show.</summary>
    private static readonly TimeSpan ErrorsRemembered = TimeSpan.FromSeconds(1);

    /// <summary>Replaced as a whole: two concurrent requests may both read the files, with the same result.</summary>
    private volatile Known? _known;

    public ConfigurationReading Read(bool anew)
    {
        // The stamps come first: the next call sees a change that happens during the reading.
        var files = ConfigurationFiles.At(initial.Path);
        if (!anew && _known is { } known && known.Files == files && IsRemembered(known)) return known.Reading;
        var at = time.GetTimestamp();
        var loaded = ConfigurationSource.Load(initial.Path, initial.Controllers, initial.NoKernelMethod);
        var reading = new ConfigurationReading(
            loaded.Fleet, [.. loaded.Errors.Select(error => error.ToString())], WarningsOf(loaded), files.Present);
        _known = new Known(files, reading, at);
        return reading;
    }

    private bool IsRemembered(Known known) => known.Reading.Fleet is not null || time.GetElapsedTime(known.At) < ErrorsRemembered;

    /// <summary>Warnings of the files, and settings that need a restart of the daemon.</summary>
    public string[] WarningsOf(LoadResult loaded) =>
    [
        .. loaded.Warnings.Select(warning => warning.ToString()),
        .. NextStart.Warnings(initial.Path, initial.Fleet.Daemon, loaded.Fleet?.Daemon).Select(warning => warning.ToString()),
    ];

    private sealed record Known(ConfigurationFiles Files, ConfigurationReading Reading, long At);
}
