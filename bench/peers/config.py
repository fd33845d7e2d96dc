"""msticpyconfig.yaml in both directions with MSTICPy. usage: config.py read FILE | write FILE

read prints what MSTICPy sees in the file, as JSON; write makes a file with MSTICPy's own settings editor.
"""
import contextlib, json, os, sys

action, path = sys.argv[1], os.path.abspath(sys.argv[2])
os.environ["MSTICPYCONFIG"] = path
if action == "write" and not os.path.exists(path):
    open(path, "w").close()

with contextlib.redirect_stdout(sys.stderr):
    import msticpy
    from msticpy.common import pkg_config
    from msticpy.common.provider_settings import get_provider_settings
    from msticpy.common.wsconfig import WorkspaceConfig
    from msticpy.config.mp_config_file import MpConfigFile

ids = "11111111-2222-4333-8444-55555555555%d"
if action == "write":
    with contextlib.redirect_stdout(sys.stderr):
        file = MpConfigFile(file=path)
        file.settings = {
            "AzureSentinel": {"Workspaces": {
                "Default": {"WorkspaceId": ids % 1, "TenantId": ids % 2, "SubscriptionId": ids % 3, "ResourceGroup": "soc-rg", "WorkspaceName": "soc"},
                "Über SOC": {"WorkspaceId": ids % 4, "TenantId": ids % 2, "ResourceGroup": "no", "WorkspaceName": "0123"},
            }},
            "TIProviders": {
                "OTX": {"Args": {"AuthKey": "text: with # and 'quotes'"}, "Primary": True, "Provider": "OTX"},
                "VirusTotal": {"Args": {"AuthKey": {"EnvironmentVar": "PEER_KEY"}}, "Primary": False, "Provider": "VirusTotal"},
            },
            "OtherProviders": {"GeoIPLite": {"Args": {"AccountID": "000123", "AuthKey": "1e5", "DBFolder": "~/.msticpy"}, "Provider": "GeoLiteLookup"}},
            "Azure": {"cloud": "usgov", "auth_methods": ["cli", "devicecode"]},
            "KeyVault": {"TenantId": ids % 2, "VaultName": "soc-vault", "UseKeyring": True, "Authority": "global"},
        }
        file.save_to_file(path, backup=False)
    print(open(path, encoding="utf-8").read())
else:
    with contextlib.redirect_stdout(sys.stderr):
        pkg_config.refresh_config()
        names = list(WorkspaceConfig.list_workspaces())
        seen = {
            "workspaces": {n: dict(WorkspaceConfig(workspace=n)._config) for n in names},
            "providers": {
                section: {
                    name: {"args": {k: str(v) for k, v in s.args.items()}, "primary": s.primary, "provider": s.provider}
                    for name, s in get_provider_settings(section).items()
                }
                for section in ("TIProviders", "OtherProviders")
            },
            "azure": pkg_config.get_config("Azure", {}),
            "keyvault": pkg_config.get_config("KeyVault", {}),
        }
    print("PEER " + json.dumps(seen, ensure_ascii=False, default=str))
