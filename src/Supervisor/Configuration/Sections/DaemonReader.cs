using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>The daemon's own settings, at the top level of the main file.</summary>
internal static class DaemonReader
{
    public static readonly Words<LogForm> Forms =
        new(("auto", LogForm.Auto), ("console", LogForm.Console), ("json", LogForm.Json), ("journal", LogForm.Journal));

    public static readonly Words<LogThreshold> Levels = new(
        ("debug", LogThreshold.Debug), ("information", LogThreshold.Information), ("info", LogThreshold.Information),
        ("warning", LogThreshold.Warning), ("error", LogThreshold.Error));

    private static readonly string[] Keys = ["log", "log_level", "socket", "preload", "start_parallelism"];

    public static DaemonSpec Read(Section top) =>
        new(
            Forms.Read(top, "log"),
            Levels.Read(top, "log_level"),
            top.SocketPath("socket"),
            top.AbsolutePath("preload"),
            top.Integer("start_parallelism", 1, ServiceReader.MostWorkers));

    /// <summary>A file of <c>services.d</c> is for services: which of many would decide?</summary>
    public static void RejectIn(Section top)
    {
        foreach (var key in Keys)
        {
            if (top.Find(key) is { } field)
                field.KeyError("belongs in reuseportd.yaml; a file of services.d holds services only");
        }
    }
}
