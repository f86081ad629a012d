using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Hosting;

/// <summary>
/// The newest events and the newest output of workers. They are written to a file in memory when the daemon hands its workers
/// over, and not before. The next daemon goes on with them.
/// </summary>
internal sealed class Rings
{
    /// <summary>The version of the file. A reader drops the content of each other one.</summary>
    private const int Form = 1;

    /// <summary>More than all rings can have.</summary>
    private const long Longest = 64 << 20;

    private Rings(EventRing events, OutputRetention output) => (Events, Output) = (events, output);

    public EventRing Events { get; }

    public OutputRetention Output { get; }

    /// <summary>The reason why those of the former daemon are lost; null if they are there, or if there were none.</summary>
    public string? Lost { get; private init; }

    /// <summary>Takes over the rings of the former daemon.</summary>
    /// <param name="file">Made by <see cref="TryWrite"/>; it is closed. Null for none.</param>
    public static Rings Take(Descriptor? file)
    {
        using (file)
        {
            var (rings, problem) = file is null ? (null, null) : Read($"/proc/self/fd/{file.Number}");
            return rings ?? new Rings(new EventRing(EventRing.DefaultSize), new OutputRetention(TimeProvider.System))
            {
                Lost = problem,
            };
        }
    }

    /// <summary>Writes the rings to a file.</summary>
    /// <returns>Null without memory: the next daemon then begins with empty rings.</returns>
    public SealedFile? TryWrite() => SealedFile.TryMake(Write(), out _);

    /// <summary>The rings as bytes. Events and output must not be added meanwhile.</summary>
    internal byte[] Write()
    {
        using var bytes = new MemoryStream();
        using var into = new BinaryWriter(bytes);
        into.Write(Form);
        Events.Write(into);
        Output.Write(into);
        return bytes.ToArray();
    }

    /// <returns>The rings, or the reason why the bytes have none.</returns>
    internal static (Rings? Rings, string? Problem) Read(byte[] bytes)
    {
        try
        {
            using var from = new BinaryReader(new MemoryStream(bytes));
            if (from.ReadInt32() is var form && form != Form)
                return (null, $"the file has form {form}, and this program reads form {Form}");
            var events = EventRing.Read(from, EventRing.DefaultSize);
            return (new Rings(events, OutputRetention.Read(from, TimeProvider.System)), null);
        }
        catch (Exception failure) when (failure is IOException or FormatException or ArgumentException)
        {
            return (null, $"the file is damaged: {failure.Message}");
        }
    }

    private static (Rings? Rings, string? Problem) Read(string path)
    {
        try
        {
            return new FileInfo(path).Length > Longest ? (null, "the file is too long") : Read(File.ReadAllBytes(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return (null, failure.Message);
        }
    }
}
