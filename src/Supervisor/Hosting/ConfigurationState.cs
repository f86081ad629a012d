using Reuseportd.Api.Http;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Hosting;

/// <summary>What the files say, for those who only want to know: read again when one has changed, and else remembered.</summary>
internal sealed class ConfigurationState(InitialFleet initial, TimeProvider time)
{
    /// <summary>Errors may be of what the files name, and nothing tells when that has been mended.</summary>
    private static readonly TimeSpan ErrorsRemembered = TimeSpan.FromSeconds(1);

    /// <summary>Swapped whole: who comes at the same time reads twice, and both read the same.</summary>
    private volatile Known? _known;

    public ConfigurationReading Read(bool anew)
    {
        // Looked at ahead of the reading: a change between the two is seen the next time.
        var files = ConfigurationFiles.At(initial.Path);
        if (!anew && _known is { } known && known.Files == files && IsRemembered(known)) return known.Reading;
        var at = time.GetTimestamp();
        var loaded = ConfigurationSource.Load(initial.Path, initial.Controllers);
        var reading = new ConfigurationReading(
            loaded.Fleet, [.. loaded.Errors.Select(error => error.ToString())], WarningsOf(loaded), files.Present);
        _known = new Known(files, reading, at);
        return reading;
    }

    private bool IsRemembered(Known known) => known.Reading.Fleet is not null || time.GetElapsedTime(known.At) < ErrorsRemembered;

    /// <summary>Of the files, and of what in them a running daemon cannot take up.</summary>
    public string[] WarningsOf(LoadResult loaded) =>
    [
        .. loaded.Warnings.Select(warning => warning.ToString()),
        .. NextStart.Warnings(initial.Path, initial.Fleet.Daemon, loaded.Fleet?.Daemon).Select(warning => warning.ToString()),
    ];

    private sealed record Known(ConfigurationFiles Files, ConfigurationReading Reading, long At);
}
