using System.Text;
using Serilog.Events;

namespace Reuseportd.Observability.Text;

/// <summary>SGR sequences (ECMA-48) of the console form.</summary>
internal static class Colour
{
    /// <summary>Readable on light and dark backgrounds; red and yellow are reserved for problems.</summary>
    private static readonly byte[][] OfWorkers =
        [.. new[] { 36, 32, 35, 34, 96, 92, 95, 94 }.Select(code => Encoding.ASCII.GetBytes($"\e[{code}m"))];

    public static ReadOnlySpan<byte> Reset => "\e[0m"u8;

    /// <summary>
    /// Colour is used only on a terminal, and not if <c>NO_COLOR</c> is set (https://no-color.org) or <c>TERM=dumb</c>.
    /// </summary>
    public static bool IsWanted(bool terminal, string? noColor, string? term) =>
        terminal && string.IsNullOrEmpty(noColor) && term != "dumb";

    public static ReadOnlySpan<byte> OfWorker(int index) => OfWorkers[(uint)index % OfWorkers.Length];

    public static ReadOnlySpan<byte> OfLevel(LogEventLevel level) => level switch
    {
        LogEventLevel.Error or LogEventLevel.Fatal => "\e[31m"u8,
        LogEventLevel.Warning => "\e[33m"u8,
        _ => "\e[1m"u8,
    };
}
