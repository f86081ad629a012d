using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>Sections that are no program, group or include, and the keys of supervisord itself.</summary>
internal static class OtherSections
{
    /// <summary>The interface of each supervisord, which supervisorctl uses.</summary>
    private const string OwnInterface = "supervisor.rpcinterface:make_main_rpcinterface";

    /// <summary>Sections that are read elsewhere.</summary>
    private static readonly string[] Elsewhere =
        ["include", "DEFAULT", "program", "fcgi-program", "eventlistener", "group"];

    public static void Read(IniSection section, ImportedFile file)
    {
        var name = Printable.Text(section.Name);
        switch (section.Name.Split(':')[0].Trim())
        {
            case "supervisord":
                Daemon(section, file);
                break;
            case "inet_http_server":
                file.Missing(
                    section.Place,
                    "inet_http_server: the daemon has no such server; 'listen' is for reading only, and has no XML-RPC");
                break;
            case "rpcinterface" when section.Entries.Values.Any(entry => entry.Value == OwnInterface):
                break;
            case "rpcinterface" or "ctlplugin":
                file.Missing(section.Place, $"{name}: no counterpart");
                break;
            case "unix_http_server" or "supervisorctl":
                file.Note(section.Place, $"{name} is left out: reuseportctl has a socket of its own");
                break;
            case var kind when !Elsewhere.Contains(kind):
                file.Note(section.Place, $"{name} is left out");
                break;
        }
    }

    private static void Daemon(IniSection section, ImportedFile file)
    {
        IniEntry[] own = [.. section.Entries.Values.Where(entry => !ProgramKeys.Inherited.Contains(entry.Key))];
        if (own.Length == 0) return;
        var keys = string.Join(", ", own.Select(entry => Printable.Text(entry.Key)));
        file.Note(own[0].Place, $"{keys}: left out; only supervisord itself has them");
    }
}
