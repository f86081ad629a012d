using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>
/// The command of a service: <c>entrypoint</c>, then <c>command</c>. A text is split into words; no shell runs. Parts of the
/// command that only the image has are unknown: the service then does not start by itself.
/// </summary>
internal static class CommandKeys
{
    /// <summary>Takes the place of an unknown program.</summary>
    private const string Unknown = "/bin/false";

    /// <summary>Keys whose values an image can have.</summary>
    private static readonly string[] OfImages = ["user", "working_dir"];

    public static void Read(MapNode service, ComposeValues values, ImportedProgram program)
    {
        var words = new List<string>();
        var isReadable = true;
        foreach (var name in (ReadOnlySpan<string>)["entrypoint", "command"])
        {
            if (service.Find(name) is not { } node) continue;
            program.CommandPlace = node.Place;
            if (Words(node, values, program) is { } read) words.AddRange(read);
            else isReadable = false;
        }

        // Options alone are for the entrypoint of the image.
        var isKnown = isReadable && words is [[not '-', ..], ..];
        if (!isKnown)
        {
            words.Insert(0, Unknown);
            program.Missing(
                program.CommandPlace,
                $"{Where(service, values, isReadable, words.Count > 1)}; write it in place of {Unknown}", "command");
            program.KeepStopped(program.CommandPlace, "its program is not known");
        }

        program.Command = [.. words.Select(word => program.Sound(Placeholders.Escape(word), program.CommandPlace))];
        Image(service, values, program, isKnown);
    }

    /// <returns>Null after a remark.</returns>
    private static IEnumerable<string>? Words(Node node, ComposeValues values, ImportedProgram program)
    {
        if (node is ListNode) return node.Texts().Select(item => values.Text(item, "command"));
        if (node is not ScalarNode { IsNull: false } text) return [];
        var words = WordSplit.Split(values.Text(text, "command"), out var problem);
        if (words is null) program.Missing(node.Place, $"the command cannot be read: {problem}", "command");
        return words;
    }

    private static string Where(MapNode service, ComposeValues values, bool isReadable, bool hasOptions)
    {
        if (!isReadable) return "the program is not known";
        var part = hasOptions ? "the program (ENTRYPOINT)" : "the command (ENTRYPOINT and CMD)";
        if (service.Find("extends") is not null) return $"{part} is in the service that this service extends";
        return service.Find("image") is ScalarNode { IsNull: false } image && service.Find("build") is null
            ? $"{part} is in the image; 'docker image inspect {Printable.Text(values.Text(image, "command"))}' shows it"
            : $"{part} is in the Dockerfile";
    }

    /// <summary>What the program had from its image.</summary>
    private static void Image(MapNode service, ComposeValues values, ImportedProgram program, bool isKnown)
    {
        string[] own = [.. OfImages.Where(key => service.Find(key) is null)];
        var rest = own.Length == 0 ? "" : $", and set {string.Join(" and ", own.Select(key => $"'{key}'"))} as in the image";
        var (image, build) = (service.Find("image"), service.Find("build"));
        if (image is ScalarNode { IsNull: false } text)
            program.Missing(image.Place, $"image {Printable.Text(values.Text(text, ""))}: install the program on the host{rest}");
        else if (build is not null)
            program.Missing(build.Place, $"build: install the program on the host{rest}");
        if (isKnown && service.Find("entrypoint") is null && (image ?? build) is not null)
            program.Note(program.CommandPlace, "the image may have an entrypoint, which comes before these words", "command");
    }
}
