using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Compose;
using Reuseportd.Control.Import.Pm2;
using Reuseportd.Control.Import.Procfile;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;
using Reuseportd.Control.Import.Supervisord;
using Reuseportd.Control.Import.Systemd;

namespace Reuseportd.Control.Import;

/// <summary>Reads one file by its kind. Pure, but for the functions of the tree.</summary>
internal static class Importer
{
    /// <param name="script">The JavaScript file of an ecosystem; its value as JSON is the source.</param>
    public static ImportedFile Read(
        string kind, SourceText source, SourceTree tree, Findings findings, SourceText? script = null)
    {
        var file = kind switch
        {
            Kinds.Supervisord => SupervisordReader.Read(source, tree, findings),
            Kinds.Systemd => UnitReader.Read(source, tree, findings),
            Kinds.Procfile => ProcfileReader.Read(source, tree, findings),
            Kinds.Compose => ComposeReader.Read(source, tree, findings),
            _ => EcosystemReader.Read(source, tree, findings, script),
        };
        new VariableFiles(tree).Check(file.Programs);
        return file;
    }
}
